"""The verb for a Racetrack of one's own: racetrack."""

from __future__ import annotations

import logging
import secrets
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import options
from workbench.cli.output import say, show
from workbench.errors import UsageError
from workbench.settings import LOOPBACK_NAMES


def racetrack(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, metavar="N", help="The port; 7002, or a free one."),
    ] = None,
    engine: options.Engine = None,
    state: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder with all that it knows; kept between runs."),
    ] = None,
    auth: Annotated[
        bool, typer.Option("--auth", help="Ask for a token; prints the password of `admin`.")
    ] = False,
    faithful: Annotated[
        bool,
        typer.Option("--faithful", help="Do also what a real server does to its user's harm."),
    ] = False,
    requirements: Annotated[
        bool, typer.Option("--requirements", help="Install what a plugin's requirements.txt lists.")
    ] = False,
    git_host: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="A host that jobs may be fetched from; `*` for all."),
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The interface; another than loopback: --auth.")
    ] = "127.0.0.1",
    pub_for_containers: Annotated[
        bool,
        typer.Option("--pub-for-containers", help="Let jobs in containers call others by PUB_URL."),
    ] = False,
    host_name: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A further name by which it may be asked for."),
    ] = None,
) -> None:
    """Run a Racetrack for one person on this machine, until Ctrl-C.

    Prints its address on stdout when it answers; the `racetrack` command takes it as its remote.
    """
    from workbench.engines import get_engine
    from workbench.events import terminal_sink
    from workbench.racetrack.config import Config
    from workbench.racetrack.places import choose_port, default_state
    from workbench.racetrack.server import serve

    if host not in LOOPBACK_NAMES and not auth:
        raise UsageError(
            f"--host {host} lets other machines in, and nothing would ask them who they are.",
            remedy="add --auth, or leave --host out.",
        )
    sink = terminal_sink()
    used = get_engine(engine, on_event=sink).name
    config = Config(
        state=state.expanduser().resolve() if state is not None else default_state(),
        port=choose_port(port, sink),
        host=host,
        engine=used,
        auth=auth,
        faithful=faithful,
        requirements=requirements,
        git_hosts=tuple(git_host or ()),
        pub_for_containers=pub_for_containers,
        hosts=tuple(host_name or ()),
    )
    password = secrets.token_urlsafe(12) if auth else ""

    def tell() -> None:
        show(config.url)
        login = "racetrack login --username admin" if auth else ""
        say("In another terminal:")
        if shutil.which("racetrack") is None:
            say(f"  . {Path(sys.prefix) / 'bin' / 'activate'}    # so that it finds the command")
        say(f"  racetrack set remote {config.url}")
        if login:
            say(f"  {login}    # the password is {password}")
        say("  racetrack plugin install golang-job-type-0.0.0.zip")
        say(f"PUB is at {config.pub_url}, all that it knows in {config.state}.")
        say("Ctrl-C stops it and all jobs.")

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    serve(config, password=password, on_ready=tell)
    say("stopped, and all jobs with it")
