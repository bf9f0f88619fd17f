"""``nanotrain completion``: the script with which a shell completes commands and names."""

import click
from click.shell_completion import get_completion_class

from nanotrain_tui.cli.exit_status import FINISHED, CommandError

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print the completion script of a shell.

    With it the shell completes commands, sessions, presets and keys when you press Tab. For
    bash or zsh, add the line to the file named after it; for fish, run the command once.

    \b
    bash:  eval "$(nanotrain completion bash)"            # in ~/.bashrc
    zsh:   eval "$(nanotrain completion zsh)"             # in ~/.zshrc
    fish:  nanotrain completion fish > ~/.config/fish/completions/nanotrain.fish
    """
    found = get_completion_class(shell)
    if found is None:
        raise CommandError(f"this version of click has no completion for {shell}.")
    nanotrain = click.get_current_context().find_root().command
    print(found(nanotrain, {}, "nanotrain", "_NANOTRAIN_COMPLETE").source())
    return FINISHED
