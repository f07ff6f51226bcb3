"""The ``hailong`` command. Its sub-commands are entry points, so every package brings its own.

Only the one that is asked for is imported: ``hailong config`` must answer at once, and also on a machine where
the screen's libraries are broken.
"""

from importlib.metadata import EntryPoint, entry_points

import click

from assets.texts import Texts
from kiosk.config.suggest import nearest

COMMANDS = "hailong.commands"
"""The entry-point group."""

_ = Texts()


class EntryPointGroup(click.Group):
    """A group whose commands are found by their entry points and imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every name, known from the packages' metadata alone."""
        return sorted({point.name for point in entry_points(group=COMMANDS)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now; None when there is no such name. Raises `click.ClickException`."""
        point = next(iter(entry_points(group=COMMANDS, name=cmd_name)), None)
        return None if point is None else _imported(point)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or a complaint that names the nearest one."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            guess = nearest(args[0], known)
            message = _("There is no command “{name}”.").format(name=args[0])
            if guess is not None:
                message += " " + _("Did you mean “{name}”?").format(name=guess)
            ctx.fail(message)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a command; one that cannot be imported says so instead of hiding the others."""
        rows: list[tuple[str, str]] = []
        for name in self.list_commands(ctx):
            try:
                command = self.get_command(ctx, name)
            except click.ClickException:
                rows.append((name, _("cannot be loaded")))
            else:
                rows.append((name, command.get_short_help_str(formatter.width) if command else ""))
        with formatter.section(_("Commands")):
            formatter.write_dl(rows)


def _imported(point: EntryPoint) -> click.Command:
    """The command of an entry point. Raises `click.ClickException` naming the entry point when it is broken."""
    try:
        command: object = point.load()
    except Exception as error:
        raise _broken(point, f"{type(error).__name__}: {error}") from error
    if not isinstance(command, click.Command):
        raise _broken(point, f"{type(command).__name__}")
    return command


def _broken(point: EntryPoint, reason: str) -> click.ClickException:
    message = _("The command “{name}” cannot be loaded from {place}: {reason}. Please install hailong again.")
    return click.ClickException(message.format(name=point.name, place=point.value, reason=reason))


@click.group(cls=EntryPointGroup, help=_("Hài lòng: a satisfaction-rating terminal."))
@click.version_option(package_name="hailong", prog_name="hailong", help=_("Print the version."))
def main() -> None:
    """The group; its commands come from the entry points."""
