"""The ways to plug a host in: a PTY, TCP, RFC 2217, a UART, stdin and stdout, and a line within the process.

A relay stands between a host and a real module.
"""

from onenet_sim.ports.connect import ConnectPort
from onenet_sim.ports.memory import MemoryHost, MemoryPort
from onenet_sim.ports.paced import PacedPort
from onenet_sim.ports.port import Port
from onenet_sim.ports.pty import PtyPort
from onenet_sim.ports.relay import Relay
from onenet_sim.ports.rfc2217 import Rfc2217Port
from onenet_sim.ports.stdio import StdioPort
from onenet_sim.ports.tcp import TcpPort
from onenet_sim.ports.uart import UartPort

__all__ = [
    "ConnectPort",
    "MemoryHost",
    "MemoryPort",
    "PacedPort",
    "Port",
    "PtyPort",
    "Relay",
    "Rfc2217Port",
    "StdioPort",
    "TcpPort",
    "UartPort",
]
