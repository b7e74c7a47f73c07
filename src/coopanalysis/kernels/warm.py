"""Kernels forked from a process that has the libraries loaded (``zygote``), through Jupyter's own door for such things.

A kernelspec names :class:`WarmProvisioner` (entry point ``jupyter_client.kernel_provisioners``) and the number of an open
socket to the zygote; whoever starts the kernel, papermill for example, sees no difference. If the zygote refuses or is
gone, or the system has no safe fork, the provisioner starts an ordinary kernel instead and notes why.

Here for: an environment that differs, a zygote that was killed, a kernel that is no child of this process.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from queue import Empty
from typing import Any, ClassVar

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from coopanalysis.kernels.host import possible

PROVISIONER = "coopanalysis-warm"
WARM, ORDINARY = "warm", "ordinary"
_START = 60.0  # seconds for a zygote that is still loading, and a kernel that starts
_STATE = 0.1  # seconds for a kernel's state after its reply
_END = 2.0  # seconds for the zygote to say how a kernel ended that has ended

started: list[str] = []  # of this process: "warm", or "ordinary: " and the reason


def kernelspec_metadata(handle: int) -> dict[str, Any]:
    """What a kernelspec says to have its kernels from the zygote behind the socket ``handle`` of this process."""
    return {"kernel_provisioner": {"provisioner_name": PROVISIONER, "config": {"handle": handle}}}


class _Lost(Exception):
    """The zygote is gone."""


class Connection:
    """A worker's talk with the zygote: one message, one packet."""

    of: ClassVar[dict[int, Connection]] = {}  # one for each socket of this process

    def __init__(self, handle: int):
        self.socket = socket.socket(fileno=os.dup(handle))
        self.lost = False

    def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """The answer and the pidfd that came with it (-1 for none). Raises :class:`_Lost`."""
        handle = os.memfd_create("kernel")  # of any length, and readable by the two processes alone
        try:
            with os.fdopen(os.dup(handle), "wb") as stream:
                stream.write(json.dumps(request).encode())
            socket.send_fds(self.socket, [b"kernel"], [handle])
        except OSError as error:
            self.lost = True
            raise _Lost from error
        finally:
            os.close(handle)
        return self.hear(_START)

    def hear(self, seconds: float) -> tuple[dict[str, Any], int]:
        """The next message. Raises :class:`_Lost`, or ``TimeoutError`` after so many seconds."""
        if not select.select([self.socket], [], [], seconds)[0]:
            raise TimeoutError
        try:
            said, handles, _, _ = socket.recv_fds(self.socket, 4096, 1)
        except OSError as error:
            said, handles = b"", []
            reason: OSError | None = error
        else:
            reason = None
        if not said:
            self.lost = True
            raise _Lost from reason
        return json.loads(said), handles[0] if handles else -1


def lost_zygote() -> bool:
    """Whether a zygote that this process had is gone, so that a kernel of it may have died through no fault of its own."""
    return any(connection.lost for connection in Connection.of.values())


class WarmProvisioner(LocalProvisioner):
    """Starts kernels by asking the zygote; where that is not possible, as its base class does."""

    def __init__(self, **options: Any):
        self.handle = int(options.pop("handle", -1))
        super().__init__(**options)
        self.kernel, self.pidfd, self.status = 0, -1, None  # type: int, int, int | None
        self.zygote: Connection | None = None

    @property
    def has_process(self) -> bool:
        return bool(self.kernel) or super().has_process

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        reason = self._fork(cmd, kwargs) if possible() and self.handle >= 0 else "this system has no safe fork"
        started.append(f"{ORDINARY}: {reason}" if reason else WARM)
        return await super().launch_kernel(cmd, **kwargs) if reason else self.connection_info

    def _fork(self, cmd: list[str], options: dict[str, Any]) -> str:
        """Have a kernel forked and wait until it listens; "" or why an ordinary one is needed."""
        if cmd[0] != sys.executable:
            return f"the kernel is another Python's: {cmd[0]}"
        environment = {str(name): str(value) for name, value in (options.get("env") or os.environ).items()}
        request = {"arguments": cmd[cmd.index("-f") :], "environment": environment, "cwd": str(options.get("cwd") or os.getcwd())}
        if self.handle not in Connection.of:
            Connection.of[self.handle] = Connection(self.handle)
        self.zygote = Connection.of[self.handle]
        try:
            answer, handle = self.zygote.ask(request)
            if "refused" in answer:
                return str(answer["refused"])
            self.kernel, self.pidfd, self.status = answer["pid"], handle, None
            self.pid = self.pgid = self.kernel
            self.cwd = request["cwd"]
            answer, _ = self.zygote.hear(_START)  # ready, or its end
            self.status = answer.get("exit")
        except (_Lost, TimeoutError):
            self._forget()
            return "the process that forks kernels is gone"
        return ""

    def _forget(self) -> None:
        if self.pidfd >= 0:
            os.close(self.pidfd)
        self.kernel, self.pidfd = 0, -1

    async def poll(self) -> int | None:
        if not self.kernel:
            return await super().poll()
        if self.status is None and select.select([self.pidfd], [], [], 0)[0]:
            assert self.zygote is not None
            try:
                self.status = self.zygote.hear(_END)[0].get("exit", -signal.SIGKILL)
            except (_Lost, TimeoutError):
                self.status = -signal.SIGKILL  # it ended with the zygote
        return self.status

    async def wait(self) -> int | None:
        if not self.kernel:
            return await super().wait()
        while await self.poll() is None:
            await asyncio.sleep(0.01)
        self._forget()
        return self.status

    async def send_signal(self, signum: int) -> None:
        if not self.kernel:
            await super().send_signal(signum)
        elif await self.poll() is None and signum:
            try:
                os.killpg(self.kernel, signum)
            except OSError:  # it has not yet a group of its own
                with suppress(OSError):
                    signal.pidfd_send_signal(self.pidfd, signum)

    async def kill(self, restart: bool = False) -> None:
        await (self.send_signal(signal.SIGKILL) if self.kernel else super().kill(restart))

    async def terminate(self, restart: bool = False) -> None:
        await (self.send_signal(signal.SIGTERM) if self.kernel else super().terminate(restart))

    async def shutdown_requested(self, restart: bool = False) -> None:
        """The manager looks every tenth of a second whether the kernel has ended; here its end is waited for."""
        if not self.kernel or self.status is not None:
            return
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.add_reader(self.pidfd, ended.set)
        try:
            await asyncio.wait_for(ended.wait(), self.get_shutdown_wait_time(1.0))
        except TimeoutError:
            pass  # the manager goes on with signals
        finally:
            loop.remove_reader(self.pidfd)


class PromptClient(AsyncKernelClient):
    """Ready means: the kernel has answered and its state was heard, so nothing is lost. The usual client waits 0.2 s more each time."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Raises ``RuntimeError`` if the kernel dies first or does not answer within ``timeout`` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (timeout or float("inf"))
        while loop.time() < deadline:
            request = self.kernel_info()  # again each second: what is sent before the kernel listens has no answer
            with suppress(Empty):
                reply = await self.shell_channel.get_msg(timeout=1)
                state: dict[str, Any] = {"parent_header": {}, "content": {}}
                while state["parent_header"].get("msg_id") != request or state["content"].get("execution_state") != "idle":
                    # the reply can be there before this client hears states at all; then the state is lost, and asked for anew
                    state = await self.iopub_channel.get_msg(timeout=_STATE)
                self._handle_kernel_info_reply(reply)
                return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")


class PromptManager(AsyncKernelManager):
    """A manager whose client loses no time (see :class:`PromptClient`), and that does not sleep after a start and an end.

    The usual one does so for those who want to see a kernel that is about to start; here it is waited for.
    """

    client_class = "coopanalysis.kernels.warm.PromptClient"  # type: ignore[assignment]
    client_factory = PromptClient  # type: ignore[assignment]
    start_kernel = _async_start_kernel = inspect.unwrap(AsyncKernelManager._async_start_kernel)  # type: ignore[assignment]
    shutdown_kernel = _async_shutdown_kernel = inspect.unwrap(AsyncKernelManager._async_shutdown_kernel)  # type: ignore[assignment]
