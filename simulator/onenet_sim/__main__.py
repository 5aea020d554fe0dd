"""``python -m onenet_sim`` is the command ``onenet-sim``."""

from onenet_sim.cli import main

main()
