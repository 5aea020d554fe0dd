"""A virtual NB-IoT modem and a mock of China Mobile's OneNET, joined into one world."""

__version__ = "0.1.0"
