// A program that imports the data files has the framework and its tensors as well.
@_exported import Helios
