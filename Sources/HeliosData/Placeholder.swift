import Helios
