"""Drives the official Python client through the steps."""

from contextlib import asynccontextmanager

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import ElicitResult, ToolListChangedNotification

from listening import listening
from steps import ANEW, BY_ITSELF, main, text_of


@asynccontextmanager
async def connect(options, ear):
    async def answer(_context, question):
        content = ear.answer(question.message, question.requested_schema)
        return ElicitResult(action="accept", content=content)

    async def hear(message):
        if isinstance(message, ToolListChangedNotification):
            ear.changed.set()

    # "auto" asks the server; that it did not fall back is checked by a step.
    mode = "auto" if options.era == "modern" else "legacy"
    client = Client(
        server(options), mode=mode, elicitation_callback=answer, message_handler=hear
    )
    async with client:
        yield Official(client, ear)


def server(options):
    if options.http:
        return options.http
    command, *arguments = options.command
    return StdioServerParameters(command=command, args=arguments)


class Official:
    """How the official client spells things."""

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
        return listening(self.client.session, self.ear)

    async def list_tools(self):
        return (await self.client.list_tools()).tools

    async def call(self, tool, arguments, on_progress=None):
        result = await self.client.call_tool(tool, arguments, progress_callback=on_progress)
        return bool(result.is_error), text_of(result.content)


def recovery(options):
    return BY_ITSELF if options.http and options.era == "modern" else ANEW


if __name__ == "__main__":
    main("mcp", "mcp", connect, recovery)
