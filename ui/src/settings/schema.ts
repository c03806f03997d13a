// The schema of the project, fetched only when a form needs it; the engine's own file, so that it can't differ.
import type { Schema } from "../api/types";

export const projectSchema = async (): Promise<Schema> => (await import("../../../assets/schema/project.schema.json")).default as unknown as Schema;

/** One of its definitions. */
export const part = (root: Schema, name: string): Schema => root.$defs?.[name] ?? {};
