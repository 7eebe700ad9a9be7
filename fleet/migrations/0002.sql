-- What hives and fltmc list of file system filters. What was there before came from traces.
ALTER TABLE "drivers_and_filters" ADD COLUMN "altitude" TEXT;
ALTER TABLE "drivers_and_filters" ADD COLUMN "start_type" TEXT;
ALTER TABLE "drivers_and_filters" ADD COLUMN "loaded" INTEGER;
UPDATE "drivers_and_filters" SET "loaded" = 1;
