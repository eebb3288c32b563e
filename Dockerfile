# The course site. See docs/course-site.md.
FROM node:24-slim

WORKDIR /site
COPY . .
# What the site and its packages need, as the lockfile says it. With their development dependencies: packages are linked as
# sources, and what they leave to an application stands among those.
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --filter 'course-site...' \
  && mkdir /data \
  && chown node:node /data

# What learners write and send is kept here: mount something that stays.
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
VOLUME /data
EXPOSE 3000
USER node

HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# What `npx pnpm@12.21.0 demo` runs. Node itself gets the signal that ends it.
CMD ["node", "examples/course-site/start.ts"]
