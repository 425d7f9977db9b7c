"""Products and orders: what the shop keeps in its database."""

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, declarative_base
from sqlalchemy.pool import StaticPool

Base = declarative_base()

FIRST_PRODUCTS = {"espresso": 150, "cappuccino": 220, "croissant": 180}
"""Prices in cents."""


class Product(Base):
    """Something that can be ordered."""

    __tablename__ = "products"
    name = Column(String(40), primary_key=True)
    cents = Column(Integer, nullable=False)


class Order(Base):
    """Order of a quantity of a product."""

    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    product = Column(ForeignKey("products.name"), nullable=False)
    quantity = Column(Integer, nullable=False)
    cents = Column(Integer, nullable=False)


def connect(uri: str) -> Engine:
    """Return an engine for the database; the tests use SQLite in memory, production PostgreSQL."""
    if uri.startswith("sqlite"):
        return create_engine(uri, poolclass=StaticPool, connect_args={"check_same_thread": False})
    return create_engine(uri, pool_pre_ping=True, connect_args={"connect_timeout": 2})


def prepare(engine: Engine) -> None:
    """Make the tables and the first products where they are missing; what is there stays."""
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for name, cents in FIRST_PRODUCTS.items():
            if session.get(Product, name) is None:
                session.add(Product(name=name, cents=cents))
        session.commit()


def products(session: Session) -> dict[str, int]:
    """Return the price of each product, in cents."""
    return {product.name: product.cents for product in session.execute(select(Product)).scalars()}


def total(cents: int, quantity: int) -> int:
    """Return what `quantity` pieces of `cents` each cost."""
    return cents * quantity
