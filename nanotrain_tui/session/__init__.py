"""The session: its folder, its recording, its states and the commands to a running one."""
