"""``hailong doctor``: what is wrong with this terminal, and what to do about it. Works while the kiosk runs."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from assets.texts import DEFAULT_LANGUAGE, Texts
from kiosk.commands.common import Common, common_options, statement_of
from kiosk.commands.demo import DATA
from kiosk.config.central import applied_to
from kiosk.config.errors import ConfigError, Problem
from kiosk.config.load import Loaded, Setting, load
from kiosk.config.options import languages
from kiosk.config.phrase import Phrase
from kiosk.doctor.account import choose
from kiosk.doctor.central_settings import refused_by
from kiosk.doctor.examine import Examination, examine
from kiosk.doctor.finding import Verdict
from kiosk.doctor.machine import Machine
from kiosk.doctor.render import lines_of, summary
from kiosk.doctor.report import default_name, report, write
from kiosk.doctor.running import find_kiosk
from kiosk.doctor.subject import Subject

SOMETHING_WRONG = 1
"""Exit code when a check found an error. Warnings are no errors: votes are kept."""

_DEFAULT_REPORT = "-default-"
_COLOURS = {Verdict.ERROR: "red", Verdict.WARNING: "yellow", Verdict.OK: "green"}

_ = Texts()


@click.command(
    help=_(
        "Look for what is wrong with this terminal and say what to do, also while the kiosk runs. "
        "Ends with 0 when there is no error, with 1 when there is one."
    )
)
@click.option("--headless", is_flag=True, help=_("This terminal has no screen: do not look for one."))
@click.option("--user", metavar="NAME", help=_("The user that the kiosk runs as; found by itself otherwise."))
@click.option(
    "--language", type=click.Choice(languages()), help=_("Say it in this language; otherwise in both.")
)
@click.option(
    "--report",
    "report_file",
    is_flag=False,
    flag_value=_DEFAULT_REPORT,
    metavar="[FILE]",
    help=_("Write one file to send to whoever maintains the terminal; it has no ratings and no secrets."),
)
@common_options
def doctor(
    common: Common, headless: bool, user: str | None, language: str | None, report_file: str | None
) -> None:
    """Print every finding, then write the report."""
    machine = Machine(environ=common.environment)
    spoken = [Texts(language)] if language else [Texts(DEFAULT_LANGUAGE), Texts("en")]
    loaded, problems = _load(common)
    statement = statement_of(loaded.config.data_dir)
    own, loaded = loaded.config, applied_to(loaded, statement)
    subject = _subject(machine, loaded, problems, headless=headless, user=user)
    refused = None if subject.kiosk is None else refused_by(own.data_dir)
    subject = replace(subject, own=own, statement=statement, refused=refused)
    found = examine(subject)
    _print(found, spoken)
    if report_file is not None:
        _write(report_file, found, machine, loaded.settings, spoken)
    if found.errors:
        raise click.exceptions.Exit(SOMETHING_WRONG)


def _load(common: Common) -> tuple[Loaded, tuple[Problem, ...]]:
    """The configuration; where it is wrong the built-in values, and what is wrong."""
    try:
        return common.load_with_origins(), ()
    except ConfigError as error:
        bare = replace(common, config_file=None, environment={}, system_file=None)
        try:
            return bare.load_with_origins(), error.problems
        except ConfigError:  # the argument --data-dir is among the problems
            return load(environment={}, system_file=None), error.problems


def _subject(
    machine: Machine, loaded: Loaded, problems: tuple[Problem, ...], *, headless: bool, user: str | None
) -> Subject:
    config = loaded.config
    kiosk = find_kiosk(machine, config.data_dir / "ledger" / "ledger.lock")
    try:
        account = choose(machine, user, None if kiosk is None else kiosk.pid)
    except LookupError as error:
        raise click.UsageError(_("There is no user “{name}”.").format(name=user)) from error
    demo = config.data_dir.name == DATA.name
    return Subject(machine, config, problems, account, kiosk, headless=headless, demo=demo)


def _print(found: Examination, spoken: list[Texts]) -> None:
    for finding in found.findings:
        for line in lines_of(finding, spoken):
            click.secho(line, fg=_COLOURS.get(finding.verdict))
    for texts in spoken:
        click.secho(summary(found, texts), bold=True)


def _write(
    name: str, found: Examination, machine: Machine, settings: Mapping[str, Setting], spoken: list[Texts]
) -> None:
    path = default_name(machine) if name == _DEFAULT_REPORT else Path(name)
    try:
        write(path, report(found, machine, settings, spoken))
    except OSError as error:
        message = _("The report cannot be written to {file}: {problem}")
        raise click.ClickException(message.format(file=path, problem=error.strerror)) from error
    written = Phrase("The report is in {file}.", {"file": str(path)})
    for texts in spoken:
        click.echo(written.render(texts))
