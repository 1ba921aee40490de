"""A page to review scored listings in: one file, opened from disk, without server or network.

`read_review` takes what ``thriftwatch score -o`` wrote and explains it; `write_page` puts it into
a page, from ``page.html``, ``page.css`` and the scripts beside them; `write_tasks` makes tasks for
Label Studio of it.
"""

from thriftwatch.review.label_studio import (
    interface_path,
    labelling_interface,
    review_tasks,
    write_tasks,
)
from thriftwatch.review.listings import Review, read_review
from thriftwatch.review.page import review_page, write_page

__all__ = [
    "Review",
    "interface_path",
    "labelling_interface",
    "read_review",
    "review_page",
    "review_tasks",
    "write_page",
    "write_tasks",
]
