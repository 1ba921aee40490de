"""From files of any shape to what is handed over: a workbook, the same as CSV, and the evidence.

``rows`` reads files and merges what is the same listing, ``decisions`` reads what moderators
decided, ``earlier`` what the last workbook listed, ``gathering`` puts them together; ``columns``
says what the sheets show, ``summary`` what the first one says, ``workbook`` writes them, and
``writing`` all files.
"""

from thriftwatch.handover.gathering import Handover, gather
from thriftwatch.handover.writing import Written, write_handover

__all__ = ["Handover", "Written", "gather", "write_handover"]
