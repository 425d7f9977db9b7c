"""The container engine and the machine below the lab: images, commands, processes, paths, clean-up."""

from devopssim.livelab.engine.commands import Done, run, start_in_background
from devopssim.livelab.engine.engine import Engine
from devopssim.livelab.engine.http import Answer, ask
from devopssim.livelab.engine.images import LABEL, Images, explaining

__all__ = ["LABEL", "Answer", "Done", "Engine", "Images", "ask", "explaining", "run", "start_in_background"]
