"""Drives the official Python client of the generation before through the steps."""

from contextlib import AsyncExitStack, asynccontextmanager

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import (
    CancelledNotification,
    CancelledNotificationParams,
    ClientNotification,
    ElicitResult,
    ServerNotification,
    ToolListChangedNotification,
)

from steps import ANEW, main, text_of


@asynccontextmanager
async def connect(options, ear):
    async def answer(_context, question):
        content = ear.answer(question.message, question.requestedSchema)
        return ElicitResult(action="accept", content=content)

    async def hear(message):
        if isinstance(message, ServerNotification):
            if isinstance(message.root, ToolListChangedNotification):
                ear.changed.set()

    async with AsyncExitStack() as stack:
        read, write, *_ = await stack.enter_async_context(streams(options))
        session = ClientSession(read, write, elicitation_callback=answer, message_handler=hear)
        await stack.enter_async_context(session)
        yield Before(session, await session.initialize())


def streams(options):
    if options.http:
        return streamable_http_client(options.http)
    command, *arguments = options.command
    return stdio_client(StdioServerParameters(command=command, args=arguments))


class Before:
    """How that client spelt things."""

    def __init__(self, session, found):
        self.session = session
        self.found = found
        self.ids = {}

    def negotiated(self):
        return self.found.protocolVersion

    def capabilities(self):
        return self.found.capabilities

    def server(self):
        return self.found.serverInfo

    def listening(self):
        return AsyncExitStack()

    async def list_tools(self):
        return (await self.session.list_tools()).tools

    async def call(self, tool, arguments, on_progress=None):
        # The library neither tells the id of a call nor says by itself that it was given up.
        self.ids[tool] = self.session._request_id
        result = await self.session.call_tool(tool, arguments, progress_callback=on_progress)
        return bool(result.isError), text_of(result.content)

    async def given_up(self, tool):
        params = CancelledNotificationParams(requestId=self.ids[tool], reason="enough")
        await self.session.send_notification(ClientNotification(CancelledNotification(params=params)))


if __name__ == "__main__":
    main("mcp-1", "mcp", connect, lambda _options: ANEW)
