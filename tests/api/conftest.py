from tests.api.callers import anyone, app, login, online, portal, register, world
from tests.city import (
    city,
    city_url,
    postgresql_city,
    postgresql_city_url,
    sqlite_city,
    sqlite_city_url,
)

__all__ = [
    "anyone",
    "app",
    "city",
    "city_url",
    "login",
    "online",
    "portal",
    "postgresql_city",
    "postgresql_city_url",
    "register",
    "sqlite_city",
    "sqlite_city_url",
    "world",
]
