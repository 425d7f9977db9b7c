"""The page that shows one widget."""

import pytest

from devopssim.errors import InvalidInputError
from devopssim.widgets.page import check_port, notebook


def test_a_port_out_of_range_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"port=0 .* must lie between 1 and 65535"):
        check_port(0)


def test_the_page_is_a_notebook_with_one_widget() -> None:
    page = notebook()
    assert [cell["cell_type"] for cell in page["cells"]] == ["markdown", "code"]
    assert "devopssim.widgets.compare()" in page["cells"][1]["source"]
