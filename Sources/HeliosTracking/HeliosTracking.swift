// A program names the Python of its loggers without a further import.
@_exported import struct HeliosPython.PythonCommand
