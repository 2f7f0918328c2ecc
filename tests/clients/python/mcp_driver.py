"""Drives the official Python client through the steps."""

from contextlib import asynccontextmanager

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import ElicitResult

from steps import main, text_of


@asynccontextmanager
async def connect(options, asked):
    async def answer(_context, question):
        asked.append(question)
        wanted = options.expected["elicitation"]
        return ElicitResult(action="accept", content={wanted["field"]: wanted["answer"]})

    # "auto" asks the server; that it did not fall back is checked by a step.
    mode = "auto" if options.era == "modern" else "legacy"
    async with Client(server(options), mode=mode, elicitation_callback=answer) as client:
        yield Official(client)


def server(options):
    if options.http:
        return options.http
    command, *arguments = options.command
    return StdioServerParameters(command=command, args=arguments)


class Official:
    """How the official client spells things."""

    def __init__(self, client):
        self.client = client

    def negotiated(self):
        return self.client.protocol_version

    def capabilities(self):
        return self.client.server_capabilities

    def server(self):
        return self.client.server_info

    def supported(self):
        return self.client.session.discover_result.supported_versions

    async def list_tools(self):
        return (await self.client.list_tools()).tools

    async def call(self, tool, arguments, on_progress=None):
        result = await self.client.call_tool(tool, arguments, progress_callback=on_progress)
        return bool(result.is_error), text_of(result.content)


if __name__ == "__main__":
    main("mcp", connect)
