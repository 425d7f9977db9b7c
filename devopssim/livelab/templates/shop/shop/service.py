"""The HTTP side of the shop: pages, health, metrics and one line of log for each request."""

import json
import logging
import os
import sys
import time

from flask import Flask, Response, g, jsonify, request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shop import catalogue
from shop.version import VERSION

log = logging.getLogger("shop")


def create_app(uri: str | None = None) -> Flask:
    """Return the service, connected to the database that `uri` or SQLALCHEMY_DATABASE_URI names."""
    app = Flask("shop")
    engine = catalogue.connect(uri or os.environ.get("SQLALCHEMY_DATABASE_URI", "sqlite://"))
    catalogue.prepare(engine)
    add_metrics_and_log(app)
    add_pages(app, engine)
    return app


def add_pages(app: Flask, engine) -> None:
    """What users and machines may ask the shop."""

    @app.get("/")
    def welcome():
        hours = os.environ.get("SHOP_HOURS")
        return jsonify(service="shop", version=VERSION, **({"hours": hours} if hours else {}))

    @app.get("/shop")
    def page():
        return app.send_static_file("page.html")

    @app.get("/products")
    def products():
        with Session(engine) as session:
            return jsonify(catalogue.products(session))

    @app.post("/orders")
    def order():
        wish = request.get_json()
        with Session(engine) as session:
            product = session.get(catalogue.Product, wish["product"])
            if product is None:
                return jsonify(error="we do not sell this"), 404
            cents = catalogue.total(product.cents, wish["quantity"])
            bought = catalogue.Order(product=product.name, quantity=wish["quantity"], cents=cents)
            session.add(bought)
            session.commit()
            return jsonify(id=bought.id, cents=cents), 201

    @app.get("/orders")
    def orders():
        with Session(engine) as session:
            return jsonify(count=session.query(catalogue.Order).count())

    @app.get("/health")
    def health():
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return jsonify(status="healthy", version=VERSION)

    @app.errorhandler(OperationalError)
    def database_is_away(error):
        log.error(json.dumps({"error": "database", "text": str(error.orig)}))
        return jsonify(status="no database"), 503


def add_metrics_and_log(app: Flask) -> None:
    """Count and time each request, and write one line about it."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)  # memory, and when the process started
    requests = Counter("shop_requests", "Requests answered", ["method", "path", "status"], registry=registry)
    seconds = Histogram("shop_request_seconds", "Time to answer a request", ["path"], registry=registry)
    log.setLevel(logging.INFO)
    if not log.handlers:
        log.addHandler(logging.StreamHandler(sys.stdout))

    @app.before_request
    def begin():
        g.began = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        path = request.url_rule.rule if request.url_rule else "unknown"
        took = time.perf_counter() - g.began
        if path not in {"/metrics", "/health"}:
            requests.labels(request.method, path, response.status_code).inc()
            seconds.labels(path).observe(took)
        response.headers["X-Shop-Version"] = VERSION
        line = {"method": request.method, "path": path, "status": response.status_code, "ms": round(took * 1000, 1)}
        log.info(json.dumps(line))
        return response

    @app.get("/metrics")
    def metrics():
        return Response(generate_latest(registry), mimetype="text/plain")
