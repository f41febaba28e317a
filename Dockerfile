# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/xinfang
WORKDIR /build
# The dependencies come first: they change seldom, so this layer is kept.
COPY requirements.txt ./
RUN /opt/xinfang/bin/pip install --require-hashes -r requirements.txt
# Papers are set in these; they too change seldom.
COPY script/_lib.sh script/fonts script/
RUN apt-get update -qq && script/fonts --into /opt/xinfang/share/xinfang/fonts && rm -rf /var/lib/apt/lists/*
COPY . ./
RUN /opt/xinfang/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin xinfang \
 && install -d -o xinfang -g xinfang -m 0700 /var/lib/xinfang
COPY --from=build /opt/xinfang /opt/xinfang
ENV PATH=/opt/xinfang/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /var/lib/xinfang
USER 10001:10001
VOLUME /var/lib/xinfang
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=3)"]
CMD ["xinfang", "api", "--host", "0.0.0.0", "--port", "8000"]
