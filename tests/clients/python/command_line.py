"""What a driver is told on its command line, and what its fixture holds."""

import argparse
import json
from pathlib import Path


def parse(words):
    """Reads [--era E] [--fixture F] [--steps a,b] (--http URL | --stdio COMMAND ARGUMENTS...)."""
    table = json.loads(Path(__file__).parent.parent.joinpath("fixtures.json").read_text())
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--era", choices=table["eras"], default="modern")
    parser.add_argument("--fixture", choices=table["fixtures"], default="conformance")
    parser.add_argument("--steps", type=lambda names: names.split(","))
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--http")
    way.add_argument("--stdio", nargs=argparse.REMAINDER, dest="command")
    options = parser.parse_args(words)
    options.version = table["eras"][options.era]
    options.expected = table["fixtures"][options.fixture]
    options.steps = options.steps or options.expected["steps"]
    options.transport = "http" if options.http else "stdio"
    return options
