"""Drives the FastMCP client through the steps."""

from contextlib import asynccontextmanager

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from steps import main, text_of


@asynccontextmanager
async def connect(options, asked):
    async def answer(_message, _kind, question, _context):
        asked.append(question)
        wanted = options.expected["elicitation"]
        return {wanted["field"]: wanted["answer"]}

    # "auto" asks the server; that it did not fall back is checked by a step.
    mode = "auto" if options.era == "modern" else "legacy"
    async with Client(server(options), mode=mode, elicitation_handler=answer) as client:
        yield Fast(client)


def server(options):
    if options.http:
        return options.http
    command, *arguments = options.command
    return StdioTransport(command=command, args=arguments, keep_alive=False)


class Fast:
    """How FastMCP spells things."""

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
        return await self.client.list_tools()

    async def call(self, tool, arguments, on_progress=None):
        result = await self.client.call_tool(
            tool, arguments, progress_handler=on_progress, raise_on_error=False
        )
        return result.is_error, text_of(result.content)


if __name__ == "__main__":
    main("fastmcp", connect)
