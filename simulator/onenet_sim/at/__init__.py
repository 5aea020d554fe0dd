"""The language of the serial line: lines, syntax, declared parameters, commands and results.

A module feeds octets to a :class:`LineEditor`, hands each :class:`Line` to an :class:`Interpreter` with its
table of :class:`Command`, and frames what comes out with :func:`frame_text` and :func:`frame_result`.
"""

from onenet_sim.at.command import (
    Command,
    Done,
    ErrorFamily,
    ErrorTable,
    Refused,
    Result,
    Silent,
    done,
)
from onenet_sim.at.editor import Echo, EditorEvent, Line, LineEditor, LineTooLong, Noise
from onenet_sim.at.interpreter import FinalResult, Interpreter, NoResult, Output
from onenet_sim.at.parameters import (
    HexOctets,
    Integer,
    OneOf,
    Optional,
    Parameter,
    ParameterFault,
    Text,
    Unfit,
    parse_arguments,
)
from onenet_sim.at.settings import ErrorReport, LineSettings
from onenet_sim.at.syntax import (
    Argument,
    Form,
    Invocation,
    SyntaxFault,
    split_arguments,
    split_line,
)
from onenet_sim.at.text import (
    Field,
    Fields,
    InformationText,
    Quoted,
    Spacing,
    Verbatim,
    fields,
    frame_result,
    frame_text,
)

__all__ = [
    "Argument",
    "Command",
    "Done",
    "Echo",
    "EditorEvent",
    "ErrorFamily",
    "ErrorReport",
    "ErrorTable",
    "Field",
    "Fields",
    "FinalResult",
    "Form",
    "HexOctets",
    "InformationText",
    "Integer",
    "Interpreter",
    "Invocation",
    "Line",
    "LineEditor",
    "LineSettings",
    "LineTooLong",
    "NoResult",
    "Noise",
    "OneOf",
    "Optional",
    "Output",
    "Parameter",
    "ParameterFault",
    "Quoted",
    "Refused",
    "Result",
    "Silent",
    "Spacing",
    "SyntaxFault",
    "Text",
    "Unfit",
    "Verbatim",
    "done",
    "fields",
    "frame_result",
    "frame_text",
    "parse_arguments",
    "split_arguments",
    "split_line",
]
