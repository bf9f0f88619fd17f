"""Steering: accepts commands, sends them to the trainer and replies once they are applied.

A command is answered when the trainer has applied it and the event is recorded, or when it is
refused.
"""

import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.host import commands
from nanotrain_tui.host.refused_commands import RefusedCommands, cut
from nanotrain_tui.session import state as states
from nanotrain_tui.session.undo import Undo

Reply = Callable[[Dict[str, Any]], None]
EditOrigin = Dict[str, Any]  # who asked for an edit, and the seq of the edit that it undoes

BY_ITSELF = "trainer"
_LONGEST_WHY = 2000  # characters of an answer
_MOST_WAITING = 10000  # commands sent to the trainer and not yet applied


class _Sent(NamedTuple):
    """A command sent to the trainer; ``answered`` once the trainer has accepted it."""

    id: int
    do: str
    who: str
    arguments: Dict[str, Any]
    reply: Optional[Reply]
    answered: bool

    @property
    def origin(self) -> EditOrigin:
        undoes = self.arguments.get("undoes")
        return {"who": self.who} if undoes is None else {"who": self.who, "undoes": undoes}


class _Waiting(NamedTuple):
    """A ``set`` or ``undo`` that waits until those before it are recorded."""

    do: str
    request: Dict[str, Any]
    who: str
    reply: Optional[Reply]


class Session:
    """The interface that Steering needs from the host."""

    @property
    def state(self) -> str:
        raise NotImplementedError

    @property
    def step(self) -> int:
        raise NotImplementedError

    def send_to_trainer(self, message: Dict[str, Any]) -> bool:
        """Queue a command for the trainer; False if the trainer accepts no more."""
        raise NotImplementedError

    def record(self, kind: str, body: Dict[str, Any]) -> None:
        """Record an event."""
        raise NotImplementedError

    def check_values(self, values: Dict[str, Any]) -> Dict[str, Any]:
        """The values of a ``set``, each converted to its field's type; raises ConfigError."""
        raise NotImplementedError

    def find_undo(self, edit: Optional[int]) -> Undo:
        """The newest edit that can be undone.

        Raises BadRequest if there is none, or if ``edit`` is the seq of another one.
        """
        raise NotImplementedError

    def apply_own_set(self, values: Dict[str, Any], origin: EditOrigin) -> bool:
        """Apply and record a ``set`` of the host's own keys; False if it needs the trainer."""
        raise NotImplementedError

    def finish_set(self, values: Dict[str, Any], origin: EditOrigin, applied: bool) -> None:
        """The trainer has answered a ``set``, or exited without an answer (not ``applied``)."""
        raise NotImplementedError


class Steering:
    """The queue of commands from all clients, the guards and the host to the one trainer."""

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._refusals = RefusedCommands(session.record, clock)
        self._sent: List[_Sent] = []
        self._waiting: List[_Waiting] = []  # edits that must not overtake an undo
        self._last_id = 0
        self._stepping_for: Optional[str] = None
        self.stop_asked_by: Optional[str] = None

    def submit(
        self, do: str, request: Dict[str, Any], who: str, reply: Optional[Reply] = None
    ) -> None:
        """Take the command ``do`` with its ``request``; ``reply`` is called once, with the answer.

        If the request has ``"wait": false``, a command that is sent on is answered at once, with
        ``queued``.
        """
        if self._must_wait(do):
            self._put_off(_Waiting(do, request, who, reply))
            return
        edit = request.get("edit") if do == "undo" else None
        arguments: Dict[str, Any] = {"edit": edit} if type(edit) is int else {}
        decision = commands.decide(self._state(), [one.do for one in self._sent], do)
        try:
            arguments = self._arguments(do, request, decision)
        except (commands.BadRequest, ConfigError) as error:
            self._refuse(_Sent(0, do, who, arguments, reply, True), str(error))
            return
        do = "set" if do == "undo" else do
        sent = _Sent(self._last_id + 1, do, who, arguments, reply, False)
        payload = {key: value for key, value in arguments.items() if key != "undoes"}
        if decision.action == commands.REFUSE:
            self._refuse(sent, decision.why)
        elif decision.action == commands.NOTHING or self._applied_by_host(sent):
            self._accept(sent)
        elif len(self._sent) >= _MOST_WAITING and do != "stop":
            self._refuse(sent, "too many commands are waiting for the trainer")
        elif not self._session.send_to_trainer(dict(payload, id=sent.id, do=do)):
            self._refuse(sent, "the trainer accepts no more commands")
        else:
            self._add_sent(sent, wait=request.get("wait") is not False)

    def _arguments(
        self, do: str, request: Dict[str, Any], decision: commands.Decision
    ) -> Dict[str, Any]:
        """The checked arguments of a command; an undo's are those of a ``set``.

        Raises BadRequest or ConfigError.
        """
        if do not in commands.COMMANDS:
            known = ", ".join(("status",) + commands.COMMANDS)
            raise commands.BadRequest("there is no such command; there are " + known)
        arguments = commands.arguments(do, request)
        if do == "undo":
            if decision.action == commands.REFUSE:
                raise commands.BadRequest(decision.why)
            undo = self._session.find_undo(arguments.get("edit"))
            arguments = {"values": undo.values, "undoes": undo.seq}
        if do in commands.EDITS:
            arguments["values"] = self._session.check_values(arguments["values"])
        return arguments

    def _must_wait(self, do: str) -> bool:
        """Whether a command must wait: an undo for earlier edits, an edit for earlier undos."""
        if do == "undo" and any(one.do == "set" and not one.answered for one in self._sent):
            return True
        return do in commands.EDITS and bool(self._waiting)

    def _put_off(self, one: _Waiting) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            self._refuse(_Sent(0, one.do, one.who, {}, one.reply, True), "too many edits wait")
            return
        if one.request.get("wait") is False and one.reply is not None:
            one.reply({"ok": True, "queued": True, **self._position()})
            one = one._replace(reply=None)
        self._waiting.append(one)

    def _submit_waiting(self) -> None:
        """Submit the waiting commands, up to the first one that must still wait."""
        waiting, self._waiting = self._waiting, []
        for index, one in enumerate(waiting):
            if self._must_wait(one.do):
                self._waiting = waiting[index:]
                return
            self.submit(one.do, one.request, one.who, one.reply)

    def answered(self, answer: Dict[str, Any]) -> None:
        """Handle the trainer's answer to a command."""
        index = next((i for i, s in enumerate(self._sent) if s.id == answer["id"]), None)
        if index is None:
            return  # an answer to ``start``, or a second answer
        sent = self._sent[index]
        if sent.do == "set":
            self._session.finish_set(sent.arguments["values"], sent.origin, answer["ok"])
        if answer["ok"] or sent.do == "stop":  # a stop is refused only after the training's end
            self._sent[index] = sent._replace(answered=True)
            if sent.do == "step":
                self._session.record("resumed", {"who": sent.who, "steps": sent.arguments["n"]})
                self._stepping_for = sent.who
            self.settle()
        else:
            del self._sent[index]
            self._refuse(sent, str(answer.get("why") or "the trainer refused it"))
        self._submit_waiting()

    def reported_edit(self) -> Tuple[Dict[str, Any], EditOrigin]:
        """The values and the origin of the ``set`` that the trainer now reports as applied."""
        for sent in self._sent:
            if sent.do == "set" and not sent.answered:
                return dict(sent.arguments["values"]), sent.origin
        return {}, {"who": BY_ITSELF}

    def changed_state(self) -> None:
        """The trainer paused or resumed, so it is no longer stepping."""
        self._stepping_for = None

    def settle(self) -> None:
        """Reply to the commands that the trainer has accepted and whose effect is recorded."""
        done = [sent for sent in self._sent if sent.answered and self._is_applied(sent)]
        if done:
            numbers = {sent.id for sent in done}
            self._sent = [sent for sent in self._sent if sent.id not in numbers]
        for sent in done:
            self._accept(sent)

    def ended(self, why: str = "") -> None:
        """The trainer has exited: accept a stop, refuse every other command that is not applied."""
        left, self._sent = self._sent, []
        waiting, self._waiting = self._waiting, []
        left += [_Sent(0, one.do, one.who, {}, one.reply, False) for one in waiting]
        self._stepping_for = None
        for sent in left:
            if sent.id and sent.do == "set" and not sent.answered:
                self._session.finish_set(sent.arguments["values"], sent.origin, False)
            if sent.answered or sent.do == "stop":
                self._accept(sent)
            else:
                state = self._session.state
                self._refuse(sent, why or "the session has ended ({})".format(state))

    def record_left_out_refusals(self) -> None:
        """Record how many refused commands were not recorded one by one."""
        self._refusals.record_left_out()

    @property
    def is_stepping(self) -> bool:
        """Whether the trainer runs a number of steps and then pauses by itself."""
        return self._stepping_for is not None

    def asker_of(self, do: str) -> str:
        """Who asked for the command that the trainer now reports as applied."""
        for sent in self._sent:
            if sent.do == do:
                return sent.who
        return (self._stepping_for if do == "pause" else None) or BY_ITSELF

    def _state(self) -> str:
        state = self._session.state
        stepping = state == states.RUNNING and self._stepping_for is not None
        return commands.STEPPING if stepping else state

    def _add_sent(self, sent: _Sent, wait: bool) -> None:
        self._last_id = sent.id
        if sent.do == "stop" and self.stop_asked_by is None:
            self.stop_asked_by = sent.who
        if not wait:
            self._answer(sent, {"ok": True, "queued": True})
            sent = sent._replace(reply=None)
        self._sent.append(sent)

    def _applied_by_host(self, sent: _Sent) -> bool:
        return sent.do == "set" and self._session.apply_own_set(
            sent.arguments["values"], sent.origin
        )

    def _is_applied(self, sent: _Sent) -> bool:
        state = self._session.state
        if sent.do == "stop":
            return state in states.ENDED
        if sent.do in ("pause", "resume"):
            return state == commands.leads_to(state, sent.do) or state in states.ENDED
        return True

    def _accept(self, sent: _Sent) -> None:
        undoes = sent.arguments.get("undoes")
        self._answer(sent, {"ok": True} if undoes is None else {"ok": True, "undoes": undoes})

    def _refuse(self, sent: _Sent, why: str) -> None:
        do = "undo" if "undoes" in sent.arguments else sent.do[:100]
        self._refusals.refused(sent.who, dict(sent.arguments, do=do), why)
        self._answer(sent, {"ok": False, "why": cut(why, _LONGEST_WHY)})

    def _answer(self, sent: _Sent, answer: Dict[str, Any]) -> None:
        if sent.reply is not None:
            sent.reply(dict(answer, **self._position()))

    def _position(self) -> Dict[str, Any]:
        return {"state": self._session.state, "step": self._session.step}
