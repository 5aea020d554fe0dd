"""Findings as other programs take them: JSON, JUnit's XML, SARIF 2.1.0; and as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from onenet_sim.report.lint.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onenet_sim.journal import Json
    from onenet_sim.report.lint.host import Finding

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_text(findings: Sequence[Finding]) -> Iterator[str]:
    """Give a line for each finding, and one with the sum."""
    for each in findings:
        modem = f"{each.event.modem}  " if each.event.modem else ""
        head = f"{each.event.time:9.3f}  #{each.event.id}  {modem}{each.rule.severity}"
        yield f"{head}  {each.rule.id}: {each.text}"
    if findings:
        yield f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}; docs/lint.md explains the rules"
    else:
        yield "no findings"


def as_json(findings: Sequence[Finding]) -> list[Json]:
    """Return an object for each finding."""
    return [
        {
            "rule": each.rule.id,
            "severity": each.rule.severity.value,
            "event": each.event.id,
            "time": round(each.event.time, 6),
            "modem": each.event.modem,
            "text": each.text,
            "advice": each.rule.title,
            "source": each.rule.source,
        }
        for each in findings
    ]


def as_junit(findings: Sequence[Finding]) -> str:
    """Return a JUnit report: a case for each rule, which fails with each of its findings."""
    broken = {each.rule.id for each in findings}
    suite = ET.Element("testsuite", name="onenet-sim lint", tests=str(len(RULES)), failures=str(len(broken)))
    for rule in RULES:
        case = ET.SubElement(suite, "testcase", classname="onenet-sim.lint", name=rule.id)
        for each in findings:
            if each.rule is rule:
                text = _NOT_XML.sub("?", each.text)
                failure = ET.SubElement(case, "failure", type=rule.severity.value, message=text)
                failure.text = f"#{each.event.id} at {each.event.time:.3f} s: {text}\n{rule.reason}"
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    octets: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return octets.decode()


def as_sarif(located: Sequence[tuple[Finding, int | None]], *, version: str, file: str) -> dict[str, Json]:
    """Return a SARIF 2.1.0 log of one run.

    Args:
        located: What was found, each with the line of its event in the file, if it has one.
        version: Of the simulator.
        file: The journal's name, as a URI reference.
    """
    rules: list[Json] = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": rule.reason},
            "help": {"text": f"{rule.reason} Source: {rule.source}."},
            "defaultConfiguration": {"level": rule.severity.value},
        }
        for rule in RULES
    ]
    results: list[Json] = [_result(each, file, line) for each, line in located]
    driver: Json = {"name": "onenet-sim lint", "version": version, "rules": rules}
    run: Json = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding, file: str, line: int | None) -> Json:
    where: dict[str, Json] = {"artifactLocation": {"uri": file}}
    if line is not None:
        where["region"] = {"startLine": line}
    event = f"event {finding.event.id} at {finding.event.time:.3f} s"
    location: Json = {"physicalLocation": where, "logicalLocations": [{"fullyQualifiedName": event}]}
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": RULES.index(finding.rule),
        "level": finding.rule.severity.value,
        "message": {"text": finding.text},
        "locations": [location],
    }
