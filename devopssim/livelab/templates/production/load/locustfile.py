"""What users of the shop do, for Locust: most look at the products, some buy."""

from locust import HttpUser, between, task


class Customer(HttpUser):
    """Waits up to half a second between two requests."""

    wait_time = between(0.1, 0.5)

    @task(5)
    def look(self):
        self.client.get("/products")

    @task(1)
    def buy(self):
        self.client.post("/orders", json={"product": "espresso", "quantity": 1})
