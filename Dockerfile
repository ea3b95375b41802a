# The app in a container, also on a Hugging Face Space (which runs user 1000 and asks at port 7860):
#   docker compose up                    # http://localhost:8501, the address with its token is in the log
#   docker build --build-arg EXTRAS=encoders,text -t embedding-explorer .   # with PyTorch: several GB
FROM python:3.12-slim AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && sed -n 's/^\([a-z0-9].*\) \\$/\1/p' requirements.lock > /wheels/pins.txt

FROM python:3.12-slim
ARG EXTRAS=
RUN useradd --create-home --uid 1000 explorer && install -d -o explorer /workspace
COPY --from=build /wheels /wheels
RUN wheel=$(ls /wheels/*.whl) \
    && pip install --no-cache-dir --constraint /wheels/pins.txt "$wheel${EXTRAS:+[$EXTRAS]}" \
    && rm -r /wheels
USER explorer
WORKDIR /home/explorer
ENV PORT=8501
EXPOSE 8501
VOLUME /workspace
HEALTHCHECK --interval=30s --start-period=60s CMD ["python", "-c", \
    "import os, urllib.request; urllib.request.urlopen(f'http://localhost:{os.environ[\"PORT\"]}/_stcore/health', timeout=5)"]
CMD ["sh", "-c", "exec explorer --host 0.0.0.0 --port \"$PORT\" --workspace /workspace"]
