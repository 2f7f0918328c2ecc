"""The steps, told once for every Python client, and the line of JSON about them."""

import json
import sys
from importlib.metadata import version

import anyio

STEP_LIMIT_S = 30


async def drive(package, options, make_client):
    """Connects, runs the wanted steps, prints the line; returns whether none failed."""
    asked = []
    outcomes = {}
    try:
        async with make_client(options, asked) as client:
            steps = Steps(client, options, asked)
            for name in options.steps:
                outcomes[name] = await outcome(steps, name)
    except Exception as error:
        for name in options.steps:
            outcomes.setdefault(name, {"ok": False, "detail": f"cannot connect: {flat(error)}"})
    line = {
        "client": package,
        "version": version(package),
        "transport": options.transport,
        "fixture": options.fixture,
        "era": options.era,
        "steps": outcomes,
    }
    print(json.dumps(line), flush=True)
    return all(step["ok"] is not False for step in outcomes.values())


async def outcome(steps, name):
    try:
        with anyio.fail_after(STEP_LIMIT_S):
            steps.check_era()
            return {"ok": True, "detail": await getattr(steps, name)()}
    except Exception as error:
        return {"ok": False, "detail": flat(error)}


def flat(error):
    """What went wrong, without the groups that a task group wraps it in."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def check(condition, complaint):
    if not condition:
        raise AssertionError(complaint)


class Steps:
    """Every step by its name. `client` hides how the library spells things."""

    def __init__(self, client, options, asked):
        self.client = client
        self.options = options
        self.expected = options.expected
        self.asked = asked

    def check_era(self):
        """A client that fell back to another era has shown nothing, whatever it can do there."""
        negotiated = self.client.negotiated()
        check(negotiated == self.options.version, f"negotiated {negotiated}")

    async def discover(self):
        check(self.client.capabilities().tools is not None, "no tools capability")
        server = self.client.server()
        check(server and server.name and server.version, "the server does not say what it is")
        if self.options.era == "modern":
            supported = self.client.supported()
            check(self.options.version in supported, f"supports {supported}")
        return f"{self.options.version}, {server.name} {server.version}"

    async def list(self):
        tools = await self.client.list_tools()
        described = {tool.name for tool in tools if tool.description}
        for name in self.expected["tools"]:
            check(name in described, f"{name} is not listed with a description")
        return f"{len(tools)} tools"

    async def call(self):
        for wanted in self.expected["call"]:
            failed, text = await self.client.call(wanted["tool"], wanted["arguments"])
            check(not failed, f"{wanted['tool']} failed: {text}")
            check(wanted["contains"] in text, f"{wanted['tool']} answered {text}")
        return f"{len(self.expected['call'])} calls"

    async def error(self):
        wanted = self.expected["error"]
        failed, text = await self.client.call(wanted["tool"], wanted["arguments"])
        check(failed, f"{wanted['tool']} did not fail")
        check(wanted["contains"] in text, f"{wanted['tool']} answered {text}")
        return text

    async def progress(self):
        wanted = self.expected["progress"]
        seen = []

        async def note(progress, total, _message):
            seen.append((progress, total))

        failed, text = await self.client.call(wanted["tool"], {}, note)
        check(not failed, text)
        check(seen == [(step, wanted["total"]) for step in wanted["steps"]], f"saw {seen}")
        return ", ".join(str(progress) for progress, _ in seen)

    async def elicitation(self):
        wanted = self.expected["elicitation"]
        self.asked.clear()
        _, text = await self.client.call(wanted["tool"], {})
        check(len(self.asked) == 1, f"asked {len(self.asked)} times")
        (question,) = self.asked
        check(question.message == wanted["message"], f"asked {question.message}")
        schema = question.requested_schema
        check(wanted["field"] in schema["properties"], f"asked for {schema}")
        check(text == wanted["contains"], f"answered {text}")
        return text

    async def cancellation(self):
        """Cancels a call that has already sent something, and one that has not."""
        count = self.expected["cancellation"]["count"]
        before = await self.number(count)
        await self.cancelled(with_progress=True)
        await self.reached(count, before + 1)
        await self.cancelled(with_progress=False)
        await self.reached(count, before + 2)
        return "with and without a progress token"

    async def cancelled(self, with_progress):
        expected = self.expected["cancellation"]
        begun = await self.number(expected["begun"])
        ended = []
        with anyio.CancelScope() as scope:

            async def stop(*_):
                scope.cancel()

            async def stop_once_it_began():
                # Without a token the call says nothing, so another tool tells that it began.
                await self.reached(expected["begun"], begun + 1)
                scope.cancel()

            async with anyio.create_task_group() as group:
                if not with_progress:
                    group.start_soon(stop_once_it_began)
                ended.append(await self.client.call(expected["tool"], {}, stop if with_progress else None))
                group.cancel_scope.cancel()
        check(not ended, f"ended by itself: {ended}")

    async def number(self, tool):
        """The number that a tool of the fixture tells."""
        _, text = await self.client.call(tool, {})
        return int(text)

    async def reached(self, tool, number):
        """Waits until a tool tells at least this number."""
        for _ in range(50):
            if await self.number(tool) >= number:
                return
            await anyio.sleep(0.1)
        raise AssertionError(f"{tool} did not tell {number} within 5 s")


def text_of(content):
    """The text of a tool's answer."""
    return "\n".join(block.text for block in content if block.type == "text")


def main(package, make_client):
    """The whole program of a driver."""
    # Imported late, so that `--help` does not wait for it.
    from command_line import parse

    options = parse(sys.argv[1:])
    sys.exit(0 if anyio.run(drive, package, options, make_client) else 1)
