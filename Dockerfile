# syntax=docker/dockerfile:1
FROM rust:1.95-bookworm AS builder
# libpq and its OpenSSL are built from source.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
# The caches are no part of the image, so the program is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --bin hearback \
    && cp target/release/hearback /usr/local/bin/hearback

FROM debian:bookworm-slim
# Mail servers prove who they are with certificates of these authorities.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/hearback --create-home --shell /usr/sbin/nologin hearback
COPY --from=builder /usr/local/bin/hearback /usr/local/bin/hearback
USER hearback
WORKDIR /var/lib/hearback
ENV HEARBACK_LISTEN=0.0.0.0:8080 \
    HEARBACK_DATA=/var/lib/hearback
VOLUME /var/lib/hearback
EXPOSE 8080
# The program asks itself whether it is ready; the image holds nothing else that could.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["hearback", "health"]
ENTRYPOINT ["hearback"]
CMD ["serve"]
