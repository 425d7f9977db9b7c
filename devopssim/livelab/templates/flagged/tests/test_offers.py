"""Special offers stay hidden until somebody switches their flag on."""

from shop import create_app


def test_without_a_flag_the_prices_are_the_usual_ones():
    answer = create_app("sqlite://").test_client().get("/products", headers={"X-User": "ada"})
    assert (answer.get_json()["espresso"], "X-Feature" in answer.headers) == (150, False)
