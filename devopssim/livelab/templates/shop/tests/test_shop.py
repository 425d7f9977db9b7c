"""What the shop promises; the pipeline runs this before anything reaches users."""

import pytest

from shop import create_app


@pytest.fixture
def client():
    return create_app("sqlite://").test_client()


def test_the_shop_is_healthy(client):
    assert client.get("/health").get_json()["status"] == "healthy"


def test_products_have_prices(client):
    assert client.get("/products").get_json()["espresso"] == 150


def test_two_espressos_cost_twice_as_much(client):
    answer = client.post("/orders", json={"product": "espresso", "quantity": 2})
    assert (answer.status_code, answer.get_json()["cents"]) == (201, 300)


def test_an_unknown_product_is_refused(client):
    assert client.post("/orders", json={"product": "tea", "quantity": 1}).status_code == 404


def test_orders_are_kept(client):
    client.post("/orders", json={"product": "croissant", "quantity": 1})
    assert client.get("/orders").get_json() == {"count": 1}


def test_the_page_has_a_form(client):
    assert 'id="order"' in client.get("/shop").get_data(as_text=True)


def test_requests_are_counted(client):
    client.get("/products")
    line = 'shop_requests_total{method="GET",path="/products",status="200"} 1.0'
    assert line in client.get("/metrics").get_data(as_text=True)
