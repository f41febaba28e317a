"""The routes, one module a noun. A fixed path comes before one that a parameter could take it for."""

from fastapi import APIRouter

from intake_api.routes import (
    attachments,
    clients,
    clock,
    directory,
    dispatches,
    finality,
    hotline,
    imports,
    oauth,
    objections,
    operations,
    opinions,
    organs,
    petitions,
    public,
    reviews,
    routing,
    statutes,
    triage,
)

ROUTERS: tuple[APIRouter, ...] = (
    oauth.router,
    imports.router,
    petitions.router,
    attachments.router,
    hotline.router,
    public.router,
    routing.router,
    triage.router,
    organs.router,
    dispatches.router,
    objections.router,
    opinions.router,
    reviews.router,
    finality.router,
    directory.router,
    statutes.router,
    clients.router,
    clock.router,
    operations.router,
)
