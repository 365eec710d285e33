FROM node:22-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/var/lib/liaison-crm
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY --from=packages /app/node_modules node_modules
COPY . .
RUN useradd --system --home "$VAR_DIR" --create-home liaison \
    && su liaison -s /bin/sh -c "python manage.py collectstatic --no-input --verbosity 0" \
    && rm -rf "$VAR_DIR/keys"
USER liaison
VOLUME $VAR_DIR
EXPOSE 8000
CMD ["gunicorn", "liaison_crm.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--no-control-socket"]
