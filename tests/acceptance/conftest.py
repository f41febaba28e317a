from tests.city import (
    city,
    city_url,
    postgresql_city,
    postgresql_city_url,
    sqlite_city,
    sqlite_city_url,
)

__all__ = [
    "city",
    "city_url",
    "postgresql_city",
    "postgresql_city_url",
    "sqlite_city",
    "sqlite_city_url",
]
