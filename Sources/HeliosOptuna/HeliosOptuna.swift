@_exported import Helios
// A program names the Python of its studies without a further import.
@_exported import struct HeliosPython.PythonCommand
