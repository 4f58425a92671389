FROM python:3.13-slim AS build
WORKDIR /app
RUN python3 -m pip install --no-cache-dir --root-user-action=ignore uv
COPY pyproject.toml uv.lock .python-version ./
RUN python3 -m uv sync --frozen --no-default-groups --extra sentry --no-python-downloads
COPY manage.py ./
COPY healthyboost healthyboost
COPY partners partners
COPY pilots pilots
COPY materials materials
COPY news news
COPY templates templates
COPY static static
COPY locale locale
RUN .venv/bin/python manage.py compilemessages
RUN .venv/bin/python manage.py collectstatic --noinput --verbosity 0
RUN mkdir -p data/media backups

FROM python:3.13-slim
WORKDIR /app
# Only the folders of uploads and of backups may be written to.
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /app/data /app/data
COPY --from=build --chown=10001:10001 /app/backups /app/backups
ENV PATH=/app/.venv/bin:$PATH MEDIA_ROOT=/app/data/media PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
VOLUME /app/data /app/backups
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0].lstrip('.')}), timeout=4)"]
CMD ["gunicorn", "--config", "healthyboost/gunicorn.conf.py", "--bind", "0.0.0.0:8000"]
