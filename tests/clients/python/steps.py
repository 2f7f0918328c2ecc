"""The steps, told once for every Python client, and the line of JSON about them.

A driver gives `make_client(options, ear)`, an asynchronous context manager around an object that hides how
its library spells things, and one of the ways of coming back below.
"""

import json
import sys
from importlib.metadata import version

import anyio

STEP_LIMIT_S = 30
NOTICE_LIMIT_S = 5

BY_ITSELF = "by itself"
ANEW = "a new client connects"


class Forgotten(Exception):
    """The client did not get along with a server that it met again."""


class Ear:
    """What a client was asked and told by its server."""

    def __init__(self, expected):
        self.expected = expected
        self.asked = []
        self.changed = anyio.Event()

    def answer(self, message, schema):
        """Answers the one question of the fixture."""
        self.asked.append((message, schema))
        wanted = self.expected["elicitation"]
        return {wanted["field"]: wanted["answer"]}


async def drive(client, package, options, make_client, recovery):
    """Connects, runs the wanted steps, prints the line; returns whether none failed."""
    ear = Ear(options.expected)
    outcomes = {}
    steps = None
    try:
        async with make_client(options, ear) as made:
            steps = Steps(made, options, ear, recovery(options))
            for name in options.steps:
                outcomes[name] = await outcome(steps.run, name)
    except Exception as error:
        # Some clients break down altogether when they meet their server again.
        if steps and steps.restarted:
            outcomes["reconnect"] = await outcome(come_back, make_client, steps, flat(error))
        for name in options.steps:
            outcomes.setdefault(name, {"ok": False, "detail": f"cannot connect: {flat(error)}"})
    line = {
        "client": client,
        "version": version(package),
        "transport": options.transport,
        "fixture": options.fixture,
        "era": options.era,
        "steps": outcomes,
    }
    print(json.dumps(line), flush=True)
    return all(step["ok"] is not False for step in outcomes.values())


async def outcome(step, *given):
    try:
        with anyio.fail_after(STEP_LIMIT_S):
            came = await step(*given)
            return {"ok": True, **(came if isinstance(came, dict) else {"detail": came})}
    except Forgotten:
        raise
    except Exception as error:
        return {"ok": False, "detail": flat(error)}


async def come_back(make_client, steps, complaint):
    """What is left to a user whose client did not come back by itself."""
    check(steps.recovery != BY_ITSELF, f"not {BY_ITSELF}: {complaint}")
    async with make_client(steps.options, steps.ear) as steps.client:
        await steps.call()
    return {"detail": f"{ANEW}; not {BY_ITSELF}: {complaint}", "mark": "anew"}


def flat(error):
    """What went wrong, without the groups that a task group wraps it in."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return str(error) if isinstance(error, Forgotten) else f"{type(error).__name__}: {error}"


def check(condition, complaint):
    if not condition:
        raise AssertionError(complaint)


async def restart():
    """Has the server ended and started anew by whoever runs this driver."""
    print("restart", flush=True)
    answer = (await anyio.to_thread.run_sync(sys.stdin.readline)).strip()
    check(answer == "restarted", f"asked for a restart: {answer or 'nobody answers'}")


class Steps:
    """Every step by its name."""

    def __init__(self, client, options, ear, recovery):
        self.client = client
        self.options = options
        self.expected = options.expected
        self.ear = ear
        self.recovery = recovery
        self.restarted = False

    async def run(self, name):
        self.check_era()
        return await getattr(self, name)()

    def check_era(self):
        """A client that fell back to another era has shown nothing, whatever it can do there."""
        negotiated = self.client.negotiated()
        check(negotiated == self.options.version, f"negotiated {negotiated}")

    async def connect(self):
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
        self.ear.asked.clear()
        _, text = await self.client.call(wanted["tool"], {})
        check(len(self.ear.asked) == 1, f"asked {len(self.ear.asked)} times")
        ((message, schema),) = self.ear.asked
        check(message == wanted["message"], f"asked {message}")
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
        if given_up := getattr(self.client, "given_up", None):
            await given_up(expected["tool"])
        check(not ended, f"ended by itself: {ended}")

    async def list_changed(self):
        async with self.client.listening():
            self.ear.changed = anyio.Event()
            await self.client.call(self.expected["change"], {})
            with anyio.move_on_after(NOTICE_LIMIT_S):
                await self.ear.changed.wait()
        check(self.ear.changed.is_set(), f"no notification within {NOTICE_LIMIT_S} s")
        return "told"

    async def reconnect(self):
        """Whatever way a client takes, a call must work in the end, and the way must be the usual one."""
        await self.call()
        # A client may break down before the answer is read.
        self.restarted = True
        await restart()
        try:
            await self.call()
        except Exception as error:
            raise Forgotten(flat(error)) from error
        check(self.recovery == BY_ITSELF, f"came back {BY_ITSELF}, expected that {self.recovery}")
        return BY_ITSELF

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


def main(client, package, make_client, recovery):
    """The whole program of a driver."""
    # Imported late, so that `--help` does not wait for it.
    from command_line import parse

    options = parse(sys.argv[1:])
    sys.exit(0 if anyio.run(drive, client, package, options, make_client, recovery) else 1)
