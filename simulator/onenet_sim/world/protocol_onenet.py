"""Where pyserial finds ``onenet://``. The wheel puts a copy of this file into ``serial/urlhandler/``.

pyserial looks for a scheme in the packages of ``serial.protocol_handler_packages``, of which the first is its own
``serial.urlhandler``. So no program has to import this package, nor has Python to run anything when it starts.
From a checkout that is not installed: ``serial.protocol_handler_packages.append("onenet_sim.world")``.
"""

from onenet_sim.world.url import Serial

__all__ = ["Serial"]
