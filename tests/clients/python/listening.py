"""Hearing of changes in the modern era, where a client has to ask for it."""

from contextlib import asynccontextmanager

import anyio
from mcp.client.subscriptions import listen
from mcp_types.version import MODERN_PROTOCOL_VERSIONS


@asynccontextmanager
async def listening(session, ear):
    """Tells the ear of changes of the tools for as long as it lasts; the handlers do so in the legacy era."""
    if session.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        yield
        return
    async with listen(session, tools_list_changed=True) as events, anyio.create_task_group() as group:

        async def hear():
            async for _ in events:
                ear.changed.set()

        group.start_soon(hear)
        yield
        group.cancel_scope.cancel()
