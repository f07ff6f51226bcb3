"""A terminal whose technician is a list of lines."""

from dataclasses import dataclass, field


@dataclass
class Typist:
    """See `Console`.

    Attributes:
        lines: What is typed; afterwards nobody is there.
        patience: How often they only look on where something is waited for.
        said: What was shown.
        secrets: What was typed unseen.
    """

    lines: list[str]
    patience: int = 0
    said: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.said.append(line)

    def read(self, prompt: str, *, secret: bool) -> str | None:
        self.said.append(prompt)
        if not self.lines:
            return None
        typed = self.lines.pop(0)
        if secret:
            self.secrets.append(typed)
        return typed

    def is_typed(self, within_s: float) -> bool:
        del within_s
        self.patience -= 1
        return self.patience < 0

    @property
    def text(self) -> str:
        return "\n".join(self.said)
