"""``nanotrain completion``: what makes a shell complete names, keys and sessions."""

import click
from click.shell_completion import get_completion_class

from nanotrain_tui.cli.exit_status import FINISHED, CommandError

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print the completion script of a shell.

    \b
    bash:  eval "$(nanotrain completion bash)"            in ~/.bashrc
    zsh:   eval "$(nanotrain completion zsh)"             in ~/.zshrc
    fish:  nanotrain completion fish > ~/.config/fish/completions/nanotrain.fish
    """
    from nanotrain_tui.cli.group import nanotrain

    found = get_completion_class(shell)
    if found is None:
        raise CommandError(f"this version of click has no completion for {shell}.")
    print(found(nanotrain, {}, "nanotrain", "_NANOTRAIN_COMPLETE").source())
    return FINISHED
