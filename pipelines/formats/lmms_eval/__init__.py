"""A benchmark as a task folder of lmms-eval: `task_folder` writes it, `task_functions` is the code that goes with it."""
