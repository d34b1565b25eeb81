"""The model that is fine-tuned: read or made new, adapted, frozen in part, and saved so that evaluation can ask it.

`base.py` is the entry; `new.py` makes a model without files, `pretrained.py` reads one, with `llava_med.py` and `mantis.py` for
foreign files; `adapters.py` and `frozen.py` decide which weights are trained.

Example:
    >>> from training.models.chat_templates import list_chat_templates
    >>> "tiny" in list_chat_templates()
    True
"""
