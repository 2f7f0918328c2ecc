"""A server on the official Python SDK, for our own client: `stdio`, or `http PORT`."""

import sys
from typing import Annotated

from mcp.server import MCPServer
from mcp.server.mcpserver import Elicit, Resolve
from pydantic import BaseModel

server = MCPServer("theirs", version="1.0.0", instructions="Add, or be greeted.")


class Person(BaseModel):
    name: str


async def person() -> Elicit[Person]:
    return Elicit("What is your name?", Person)


@server.tool()
def add(a: int, b: int) -> int:
    """Add two whole numbers."""
    return a + b


@server.tool()
def greet(person: Annotated[Person, Resolve(person)]) -> str:
    """Greet whoever answers."""
    return f"Hello, {person.name}!"


match sys.argv[1:]:
    case ["stdio"]:
        server.run("stdio")
    case ["http", port]:
        server.run("streamable-http", port=int(port))
