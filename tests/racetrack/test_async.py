"""Asynchronous calls, through PUB alone, before jobs that behave as few do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.racetrack.test_pub import TRACE, Book, Client, run
from workbench.racetrack.pub import tasks as tasks_room
from workbench.racetrack.pub.tasks import Tasks
from workbench.racetrack.store import Store

NEW = "/pub/async/new/job/job/latest"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of a fraction of a second, where a real PUB waits for 10 and 30 seconds."""
    monkeypatch.setattr(Tasks.__init__, "__kwdefaults__", {"poll": 0.5, "pause": 0.1})


async def begin(client: Client, path: str, **more: object) -> str:
    answer = await client.post(f"{NEW}{path}", **more)  # type: ignore[arg-type]
    assert answer.status == 201
    told = await answer.json()
    assert told == {"status": "ongoing", "task_id": told["task_id"]}
    return str(told["task_id"])


async def status_of(client: Client, task: str) -> str:
    answer = await client.get(f"/pub/async/task/{task}/status")
    told = await answer.json()
    assert told["task_id"] == task
    return str(told["status"])


@pytest.mark.usefixtures("quick")
def test_the_jobs_answer_is_kept_and_given_again_and_again(tmp_path: Path) -> None:
    async def talk(client: Client, book: Book) -> None:
        task = await begin(client, "/api/v1/echo?q=1", data=b"x" * 100, headers={TRACE: "mine"})
        for _ in range(2):
            answer = await client.get(f"/pub/async/task/{task}/poll")
            seen = await answer.json()
            assert answer.status == 200
            assert (seen["method"], seen["size"]) == ("POST", 100)
            assert seen["path"] == "/pub/job/job/1.2.3/api/v1/echo?q=1"
            assert seen["headers"][TRACE] == answer.headers[TRACE] == "mine"
        assert await status_of(client, task) == "completed"
        assert book.called_jobs == [("job", "1.2.3")]
        failing = await begin(client, "/text")
        answer = await client.get(f"/pub/async/task/{failing}/poll")
        assert (answer.status, await answer.text()) == (500, "'numbers' was not given")
        assert await status_of(client, failing) == "completed"

    run(tmp_path, talk)


@pytest.mark.usefixtures("quick")
def test_a_call_that_takes_long_and_one_whose_job_dies(tmp_path: Path) -> None:
    async def talk(client: Client, book: Book) -> None:
        slow = await begin(client, "/slow")
        late = await client.get(f"/pub/async/task/{slow}/poll")
        assert (late.status, await late.text()) == (408, "Time-out")
        assert await status_of(client, slow) == "ongoing"
        dead = await begin(client, "/dies")
        answer = await client.get(f"/pub/async/task/{dead}/poll")
        told = await answer.json()
        assert answer.status == 500
        assert (told["status"], told["attempts"]) == ("failed", 2)
        assert told["error"].startswith("connection broken to a target job (job may have died): ")
        about = ("http_method", "job_name", "job_path", "job_version")
        assert {key: told[key] for key in about} == {
            "http_method": "POST", "job_name": "job", "job_path": "/dies", "job_version": "1.2.3",
        }  # fmt: skip
        book.address = None
        gone = await begin(client, "/echo")
        answer = await client.get(f"/pub/async/task/{gone}/poll")
        assert "connection refused to a target job" in (await answer.json())["error"]
        assert book.broken_jobs

    run(tmp_path, talk)


@pytest.mark.usefixtures("quick")
def test_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks_room, "MAX_ANSWER", 10)
    monkeypatch.setattr(tasks_room, "AT_ONCE", 1)

    async def talk(client: Client, book: Book) -> None:
        del book
        for name, status, why in (
            ("none", 404, "Job was not found: Authorizing Job caller: No job named none"),
            ("secret", 401, "Unauthenticated: Authorizing Job caller: auth token not found"),
        ):
            answer = await client.post(f"/pub/async/new/job/{name}/latest/a", headers={TRACE: "t"})
            told = await answer.json()
            assert (answer.status, told["path"], told["requestId"]) == (status, "/a", "t")
            assert told["error"].startswith(f"Async Job Call request error: {why}")
        unknown = await client.get("/pub/async/task/none/poll")
        assert unknown.status == 404
        assert "Task not found in Lifecycle" in (await unknown.json())["error"]
        long = await begin(client, "/echo")
        answer = await client.get(f"/pub/async/task/{long}/poll")
        assert "more than 10 bytes" in (await answer.json())["error"]
        await begin(client, "/slow")
        full = await client.post(f"{NEW}/slow")
        assert full.status == 503
        assert "asynchronous calls are under way" in (await full.json())["error"]

    run(tmp_path, talk)


def test_what_was_under_way_when_the_server_ended_has_failed(tmp_path: Path) -> None:
    ids: list[str] = []

    async def begun(client: Client, book: Book) -> None:
        del book
        ids.append(await begin(client, "/slow"))
        ids.append(await begin(client, "/echo"))
        await client.get(f"/pub/async/task/{ids[1]}/poll")

    async def later(client: Client, book: Book) -> None:
        del book
        assert await status_of(client, ids[0]) == "failed"
        answer = await client.get(f"/pub/async/task/{ids[0]}/poll")
        assert (answer.status, (await answer.json())["error"]) == (
            500,
            "the server was stopped in the meantime",
        )
        assert await status_of(client, ids[1]) == "completed"

    run(tmp_path, begun)
    run(tmp_path, later)


def test_a_kill_leaves_what_was_under_way_as_failed(tmp_path: Path) -> None:
    store = Store(tmp_path / "racetrack.sqlite3")
    task = {"task_id": "a", "status": "ongoing", "error": None}
    store.save_task("a", 1.0, task, tasks_room.KEPT)
    store.close()

    async def talk(client: Client, book: Book) -> None:
        del book
        assert await status_of(client, "a") == "failed"

    run(tmp_path, talk)
