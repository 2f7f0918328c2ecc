"""Drives the FastMCP client through the steps."""

from contextlib import asynccontextmanager

from fastmcp import Client
from fastmcp.client.messages import MessageHandler
from fastmcp.client.transports import StdioTransport

from listening import listening
from steps import ANEW, BY_ITSELF, main, text_of


@asynccontextmanager
async def connect(options, ear):
    async def answer(message, _kind, question, _context):
        return ear.answer(message, question.requested_schema)

    # "auto" asks the server; that it did not fall back is checked by a step.
    mode = "auto" if options.era == "modern" else "legacy"
    client = Client(
        server(options), mode=mode, elicitation_handler=answer, message_handler=Changes(ear)
    )
    async with client:
        yield Fast(client, ear)


def server(options):
    if options.http:
        return options.http
    command, *arguments = options.command
    return StdioTransport(command=command, args=arguments, keep_alive=False)


class Changes(MessageHandler):
    """Tells the ear of changes of the tools."""

    def __init__(self, ear):
        self.ear = ear

    async def on_tool_list_changed(self, _message):
        self.ear.changed.set()


class Fast:
    """How FastMCP spells things."""

    def __init__(self, client, ear):
        self.client = client
        self.ear = ear

    def negotiated(self):
        return self.client.protocol_version

    def capabilities(self):
        return self.client.server_capabilities

    def server(self):
        return self.client.server_info

    def supported(self):
        return self.client.session.discover_result.supported_versions

    def listening(self):
        # FastMCP does not wrap this one: its session is the official client's.
        return listening(self.client.session, self.ear)

    async def list_tools(self):
        return await self.client.list_tools()

    async def call(self, tool, arguments, on_progress=None):
        result = await self.client.call_tool(
            tool, arguments, progress_handler=on_progress, raise_on_error=False
        )
        return result.is_error, text_of(result.content)


def recovery(options):
    return BY_ITSELF if options.http and options.era == "modern" else ANEW


if __name__ == "__main__":
    main("fastmcp", "fastmcp", connect, recovery)
