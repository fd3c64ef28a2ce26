FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 AURA_HOME=/data
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin aura \
    && install -d -m 0700 -o aura -g aura /data /data/static /data/media
WORKDIR /app
COPY requirements.txt .
RUN pip install --quiet -r requirements.txt
COPY . .
RUN python -m compileall -q aura accounts audience compliments generation optimizer
USER aura
VOLUME /data
EXPOSE 8000
CMD ["uvicorn", "aura.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", "--lifespan", "off", "--no-server-header", "--ws-max-size", "4096", "--ws-per-message-deflate", "false"]
